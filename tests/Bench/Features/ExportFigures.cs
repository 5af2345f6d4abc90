namespace ModelServing.Bench.Features;

/// <summary>The figures of an export.</summary>
/// <param name="Rows">The rows, and as many events.</param>
/// <param name="Features">The features of the view.</param>
/// <param name="RowsPerSecond">The rows in a second, with the start of the process.</param>
/// <param name="PeakMegabytes">The most memory of the process, resident.</param>
/// <param name="TableMegabytes">The size of the table.</param>
internal sealed record ExportFigures(int Rows, int Features, double RowsPerSecond, double PeakMegabytes, double TableMegabytes);
