using ModelServing.Features.Engine.Plan;

namespace ModelServing.Features.Engine.Scan;

/// <summary>How a window's feature is read from what a scan added up.</summary>
/// <param name="Index">The index of the feature.</param>
/// <param name="Window">How its value is made.</param>
/// <param name="Output">Its defaults.</param>
/// <param name="Figure">The index of its figure; of a feature of different values, of the union.</param>
/// <param name="Count">Of a mean: the index of the figure with the number of values; otherwise -1.</param>
internal readonly record struct ScanOutput(int Index, WindowPlan Window, OutputPlan Output, int Figure, int Count);
