using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx;

/// <summary>What an ONNX file is.</summary>
/// <param name="Interface">Its inputs and outputs; null when they can't be known or served, and then there are findings.</param>
/// <param name="Findings">What is wrong with it, in the order of the bytes; empty when nothing is.</param>
/// <param name="MoreFindings">How many further findings there are.</param>
public sealed record OnnxReport(OnnxInterface? Interface, IReadOnlyList<Finding> Findings, int MoreFindings);
