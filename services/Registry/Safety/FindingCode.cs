namespace ModelServing.Registry.Safety;

/// <summary>
/// The kinds of findings. A code never changes its meaning; docs/artifacts.md says of each what it is and what to do.
/// </summary>
/// <remarks>To add one: a constant here, its rule where it is found, a fixture in <c>SomeUnsafeOnnx</c> (tests/TestKit), its line in
/// docs/artifacts.md, and the next number in <see cref="ArtifactRules.Version"/>.</remarks>
public static class FindingCode
{
    /// <summary>The manifest has more bytes than one may have.</summary>
    public const string ManifestSize = "manifest-size";

    /// <summary>The manifest is no manifest, or another version's.</summary>
    public const string ManifestUnreadable = "manifest-unreadable";

    /// <summary>The manifest's inputs or outputs are not the model's.</summary>
    public const string ManifestInterface = "manifest-interface";

    /// <summary>The manifest is there and the model is not.</summary>
    public const string ArtifactMissing = "artifact-missing";

    /// <summary>An object is a link to elsewhere.</summary>
    public const string ArtifactLink = "artifact-link";

    /// <summary>The model has more bytes than one may have, or not as many as the manifest says.</summary>
    public const string ArtifactSize = "artifact-size";

    /// <summary>The model's SHA-256 is not what the manifest says.</summary>
    public const string ArtifactDigest = "artifact-digest";

    /// <summary>The bytes are no message of Protocol Buffers.</summary>
    public const string Protobuf = "protobuf";

    /// <summary>A field that may be given once is given twice, so that readers differ in what they see.</summary>
    public const string DuplicateField = "duplicate-field";

    /// <summary>The message is no ONNX model.</summary>
    public const string NoModel = "no-model";

    /// <summary>ONNX Runtime would take the bytes for its own format, which nobody here has read.</summary>
    public const string RuntimeFormat = "runtime-format";

    /// <summary>Data of the model are outside of its bytes.</summary>
    public const string ExternalData = "external-data";

    /// <summary>An operator is of a domain that is not allowed and that the model does not define itself.</summary>
    public const string OperatorDomain = "operator-domain";

    /// <summary>An operator that hands bytes or a file to another engine, which nobody here has read.</summary>
    public const string EngineContext = "engine-context";

    /// <summary>A function calls itself, directly or by others.</summary>
    public const string FunctionRecursion = "function-recursion";

    /// <summary>With its functions written out the model has too many nodes.</summary>
    public const string FunctionExpansion = "function-expansion";

    /// <summary>An input or output can't be carried by the Open Inference Protocol.</summary>
    public const string Interface = "interface";

    /// <summary>Elements of a type that ONNX does not have.</summary>
    public const string ElementType = "element-type";

    /// <summary>A dimension is less than 0.</summary>
    public const string NegativeDimension = "negative-dimension";

    /// <summary>A shape has more elements than can be counted.</summary>
    public const string ShapeOverflow = "shape-overflow";

    /// <summary>A tensor's data are not those of its shape.</summary>
    public const string ShapeData = "shape-data";

    /// <summary>Sparse tensors are too large when written out.</summary>
    public const string SparseExpansion = "sparse-expansion";

    /// <summary>Messages or graphs are too deep in each other.</summary>
    public const string Nesting = "nesting";

    /// <summary>Too many nodes.</summary>
    public const string LimitNodes = "limit-nodes";

    /// <summary>Too many initializers.</summary>
    public const string LimitInitializers = "limit-initializers";

    /// <summary>Too many attributes at a node.</summary>
    public const string LimitAttributes = "limit-attributes";

    /// <summary>Too many functions, inputs, outputs or entries of some other list.</summary>
    public const string LimitEntries = "limit-entries";

    /// <summary>A name or another text is too long, or all of them are.</summary>
    public const string LimitText = "limit-text";

    /// <summary>A name is no text, or has control characters.</summary>
    public const string Name = "name";

    /// <summary>All codes.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ManifestSize, ManifestUnreadable, ManifestInterface, ArtifactMissing, ArtifactLink, ArtifactSize, ArtifactDigest, Protobuf, DuplicateField,
        NoModel, RuntimeFormat, ExternalData, OperatorDomain, EngineContext, FunctionRecursion, FunctionExpansion, Interface, ElementType,
        NegativeDimension, ShapeOverflow, ShapeData, SparseExpansion, Nesting, LimitNodes, LimitInitializers, LimitAttributes, LimitEntries,
        LimitText, Name,
    ];
}
