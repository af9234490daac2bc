// The constants and function types of BLAS and LAPACK that Imprint uses, with 32-bit integers. Nothing is linked; the
// functions are looked up in the library by name at run time.

#pragma once

#pragma clang assume_nonnull begin

enum {
  CBLAS_ROWS = 101,
  CBLAS_AS_IS = 111,
  CBLAS_TRANSPOSED = 112,
  CBLAS_UPPER = 121,
  CBLAS_LOWER = 122,
  CBLAS_NOT_UNIT = 131,
  CBLAS_LEFT = 141,
  CBLAS_RIGHT = 142,
};

// cblas_dgemm: C = alpha op(A) op(B) + beta C.
typedef void (*CBLASGeneralProduct)(
  int layout, int transposeA, int transposeB, int m, int n, int k, double alpha, const double *a, int strideA,
  const double *b, int strideB, double beta, double *c, int strideC);

// cblas_dsyrk: one triangle of C = alpha op(A) op(A)' + beta C.
typedef void (*CBLASSymmetricProduct)(
  int layout, int triangle, int transpose, int n, int k, double alpha, const double *a, int strideA, double beta,
  double *c, int strideC);

// cblas_dtrsm: solves a triangular system for many right-hand sides, in place.
typedef void (*CBLASTriangularSolve)(
  int layout, int side, int triangle, int transpose, int diagonal, int m, int n, double alpha, const double *a,
  int strideA, double *b, int strideB);

// cblas_sgemm, cblas_ssyrk and cblas_strsm: the same for 32-bit floats.
typedef void (*CBLASSingleGeneralProduct)(
  int layout, int transposeA, int transposeB, int m, int n, int k, float alpha, const float *a, int strideA,
  const float *b, int strideB, float beta, float *c, int strideC);

typedef void (*CBLASSingleSymmetricProduct)(
  int layout, int triangle, int transpose, int n, int k, float alpha, const float *a, int strideA, float beta,
  float *c, int strideC);

typedef void (*CBLASSingleTriangularSolve)(
  int layout, int side, int triangle, int transpose, int diagonal, int m, int n, float alpha, const float *a,
  int strideA, float *b, int strideB);

// dpotrf_: A = L L', in place, column-major; info > 0 where A is not positive definite.
typedef void (*CLAPACKCholesky)(const char *triangle, const int *n, double *a, const int *strideA, int *info);

// spotrf_ and strtri_: the Cholesky factor and the inverse of a triangular matrix, for 32-bit floats.
typedef void (*CLAPACKSingleCholesky)(const char *triangle, const int *n, float *a, const int *strideA, int *info);

typedef void (*CLAPACKSingleTriangularInverse)(
  const char *triangle, const char *diagonal, const int *n, float *a, const int *strideA, int *info);

// dpotri_: one triangle of the inverse of A, from its Cholesky factor.
typedef void (*CLAPACKCholeskyInverse)(const char *triangle, const int *n, double *a, const int *strideA, int *info);

// dtrtri_: the inverse of a triangular matrix, in place.
typedef void (*CLAPACKTriangularInverse)(
  const char *triangle, const char *diagonal, const int *n, double *a, const int *strideA, int *info);

// dsyevd_: eigenvalues in ascending order, and eigenvectors, of a symmetric matrix.
typedef void (*CLAPACKEigen)(
  const char *job, const char *triangle, const int *n, double *a, const int *strideA, double *values, double *work,
  const int *workSize, int *integerWork, const int *integerWorkSize, int *info);

#pragma clang assume_nonnull end
