using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx;

/// <summary>The result of inspecting an ONNX file.</summary>
/// <param name="Interface">The inputs and outputs; null if they can't be read or served, and then there are findings.</param>
/// <param name="Findings">Everything that is wrong with the file, in the order of the file; empty if nothing is.</param>
/// <param name="MoreFindings">The number of further findings, which are only counted.</param>
public sealed record OnnxReport(OnnxInterface? Interface, IReadOnlyList<Finding> Findings, int MoreFindings);
