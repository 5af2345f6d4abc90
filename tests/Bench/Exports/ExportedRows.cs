namespace ModelServing.Bench.Exports;

/// <summary>An export of predictions, as it was measured.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="RecordBytes">The bytes of a record.</param>
/// <param name="Megabytes">The memory for rows, in MB.</param>
/// <param name="RowsPerSecond">The rows per second, the program's start included.</param>
/// <param name="PeakMegabytes">The most memory of the process, in MB.</param>
/// <param name="DiskMegabytes">The most bytes of temporary files and the result, in MB.</param>
/// <param name="FileMegabytes">The result, in MB.</param>
internal sealed record ExportedRows(
    int Rows,
    int RecordBytes,
    int Megabytes,
    double RowsPerSecond,
    double PeakMegabytes,
    double DiskMegabytes,
    double FileMegabytes);
