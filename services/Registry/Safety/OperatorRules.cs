namespace ModelServing.Registry.Safety;

/// <summary>Which operators an artifact may use.</summary>
internal static class OperatorRules
{
    /// <summary>The allowed domains.</summary>
    /// <remarks>
    /// <c>""</c> and <c>ai.onnx</c> are ONNX itself, <c>ai.onnx.ml</c> its classic models. <c>com.microsoft</c> are ONNX Runtime's own
    /// operators, which quantizers and optimizers write; they compute on tensors, but for those of <see cref="Engines"/>. Not allowed:
    /// <c>com.microsoft.nchwc</c> and <c>com.ms.internal.nhwc</c> (layouts for one kind of processor, which the runtime makes itself),
    /// <c>com.microsoft.experimental</c>, <c>org.pytorch.aten</c> (calls another framework), <c>ai.onnx.contrib</c> and
    /// <c>com.microsoft.extensions</c> (a library beside the runtime, with Python operators in it), the training domains, and custom ones.
    /// </remarks>
    internal static readonly IReadOnlyList<string> Domains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

    /// <summary>Operators that carry, or name the file of, what an accelerator's engine executes: <c>EPContext</c> of any provider, and
    /// <c>Snpe</c>. They are looked for in every domain.</summary>
    private static readonly HashSet<string> Engines = new(["EPContext", "Snpe"], StringComparer.OrdinalIgnoreCase);

    internal static bool IsAllowed(string domain) => Domains.Contains(domain);

    internal static bool IsEngine(string operation) => Engines.Contains(operation);

    /// <summary>The domain as it is compared: the long name of ONNX's own is the empty one's.</summary>
    internal static string Canonical(string domain) => domain == "ai.onnx" ? "" : domain;
}
