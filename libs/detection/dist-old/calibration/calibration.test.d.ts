export {};
//# sourceMappingURL=calibration.test.d.ts.map