/** What we use of ml-regression, which ships no types. */
declare module 'ml-regression' {
  interface Regression {
    predict(x: number): number;
  }
  type RegressionConstructor = new (x: readonly number[], y: readonly number[]) => Regression;
  export const SimpleLinearRegression: RegressionConstructor;
  export const TheilSenRegression: RegressionConstructor;
  export const PolynomialRegression: new (x: readonly number[], y: readonly number[], degree: number) => Regression;
  export const MultivariateLinearRegression: new (
    x: number[][],
    y: number[][],
    options?: { intercept?: boolean; statistics?: boolean },
  ) => { predict(x: number[]): number[] };
}
