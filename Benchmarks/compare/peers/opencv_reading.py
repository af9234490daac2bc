"""Times reading picture files into tensors with OpenCV, on one thread, decoding at the given fraction of the size.

    opencv_reading.py 1|2|4|8 SIDE RUNS PICTURE...
"""
import sys

import clock
import cv2

flags = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4, 8: cv2.IMREAD_REDUCED_COLOR_8}
flag, side, runs, pictures = flags[int(sys.argv[1])], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
cv2.setNumThreads(1)


def read(path):
    image = cv2.imread(path, flag)
    height, width = image.shape[:2]
    short = min(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    square = image[top:top + short, left:left + short]
    return cv2.cvtColor(cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)


clock.report(read, pictures, runs)
