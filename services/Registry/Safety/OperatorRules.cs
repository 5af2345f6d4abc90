namespace ModelServing.Registry.Safety;

/// <summary>The operators that an artifact may use.</summary>
internal static class OperatorRules
{
    /// <summary>The allowed domains.</summary>
    /// <remarks>
    /// <c>""</c> and <c>ai.onnx</c> are ONNX itself; <c>ai.onnx.ml</c> has its classic models. <c>com.microsoft</c> has ONNX Runtime's own
    /// operators, which quantizers and optimizers write. They compute on tensors, except for those in <see cref="Engines"/>. Not allowed
    /// are <c>com.microsoft.nchwc</c> and <c>com.ms.internal.nhwc</c> (layouts for one kind of processor, which the runtime creates
    /// itself), <c>com.microsoft.experimental</c>, <c>org.pytorch.aten</c> (calls another framework), <c>ai.onnx.contrib</c> and
    /// <c>com.microsoft.extensions</c> (a library beside the runtime that contains Python operators), the training domains, and custom
    /// domains.
    /// </remarks>
    internal static readonly IReadOnlyList<string> Domains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

    /// <summary>Operators that contain code for an accelerator's engine, or name a file of it: <c>EPContext</c> of any provider, and
    /// <c>Snpe</c>. They are refused in every domain.</summary>
    private static readonly HashSet<string> Engines = new(["EPContext", "Snpe"], StringComparer.OrdinalIgnoreCase);

    internal static bool IsAllowed(string domain) => Domains.Contains(domain);

    internal static bool IsEngine(string operation) => Engines.Contains(operation);

    /// <summary>The domain for comparisons: <c>ai.onnx</c> and the empty domain are the same.</summary>
    internal static string Canonical(string domain) => domain == "ai.onnx" ? "" : domain;
}
