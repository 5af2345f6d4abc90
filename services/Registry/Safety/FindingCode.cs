namespace ModelServing.Registry.Safety;

/// <summary>The kinds of findings. A code never changes its meaning. docs/artifacts.md explains each code and its remedy.</summary>
/// <remarks>To add a code: add a constant here and to <see cref="All"/>, the rule where it is found, a fixture in <c>SomeUnsafeOnnx</c>
/// (tests/TestKit), and a line in docs/artifacts.md; then increment <see cref="ArtifactRules.Version"/>.</remarks>
public static class FindingCode
{
    /// <summary>The manifest has more bytes than allowed.</summary>
    public const string ManifestSize = "manifest-size";

    /// <summary>The file is not a manifest, or it belongs to another version.</summary>
    public const string ManifestUnreadable = "manifest-unreadable";

    /// <summary>The manifest's inputs or outputs differ from the model's.</summary>
    public const string ManifestInterface = "manifest-interface";

    /// <summary>The manifest exists, but the model does not.</summary>
    public const string ArtifactMissing = "artifact-missing";

    /// <summary>A symbolic link is in an object's place.</summary>
    public const string ArtifactLink = "artifact-link";

    /// <summary>The model has more bytes than allowed, or not as many as the manifest says.</summary>
    public const string ArtifactSize = "artifact-size";

    /// <summary>The model's SHA-256 differs from the manifest's.</summary>
    public const string ArtifactDigest = "artifact-digest";

    /// <summary>The bytes are not a Protocol Buffers message.</summary>
    public const string Protobuf = "protobuf";

    /// <summary>A field that may occur once occurs twice, so readers may see different values.</summary>
    public const string DuplicateField = "duplicate-field";

    /// <summary>The message is not an ONNX model.</summary>
    public const string NoModel = "no-model";

    /// <summary>ONNX Runtime would read the bytes as its own format, which was not inspected.</summary>
    public const string RuntimeFormat = "runtime-format";

    /// <summary>Some of the model's data are outside the file.</summary>
    public const string ExternalData = "external-data";

    /// <summary>An operator's domain is not allowed, and the model does not define the operator itself.</summary>
    public const string OperatorDomain = "operator-domain";

    /// <summary>An operator passes bytes or a file to another engine, and they were not inspected.</summary>
    public const string EngineContext = "engine-context";

    /// <summary>A function calls itself, directly or through others.</summary>
    public const string FunctionRecursion = "function-recursion";

    /// <summary>With all functions expanded, the model has too many nodes.</summary>
    public const string FunctionExpansion = "function-expansion";

    /// <summary>The Open Inference Protocol can't carry an input or output.</summary>
    public const string Interface = "interface";

    /// <summary>A tensor has an element type that ONNX does not have.</summary>
    public const string ElementType = "element-type";

    /// <summary>A dimension is less than 0.</summary>
    public const string NegativeDimension = "negative-dimension";

    /// <summary>The number of elements of a shape, or of their bits, exceeds 63 bits.</summary>
    public const string ShapeOverflow = "shape-overflow";

    /// <summary>A tensor's data do not match its shape.</summary>
    public const string ShapeData = "shape-data";

    /// <summary>Sparse tensors are too large when expanded.</summary>
    public const string SparseExpansion = "sparse-expansion";

    /// <summary>Messages or graphs are nested too deeply.</summary>
    public const string Nesting = "nesting";

    /// <summary>The model has too many nodes.</summary>
    public const string LimitNodes = "limit-nodes";

    /// <summary>The model has too many initializers.</summary>
    public const string LimitInitializers = "limit-initializers";

    /// <summary>A node has too many attributes.</summary>
    public const string LimitAttributes = "limit-attributes";

    /// <summary>There are too many functions, inputs, outputs, or entries of another list.</summary>
    public const string LimitEntries = "limit-entries";

    /// <summary>A name or description is too long, or all names together are.</summary>
    public const string LimitText = "limit-text";

    /// <summary>A name is not valid UTF-8, or has control characters.</summary>
    public const string Name = "name";

    /// <summary>A division of signed integers that may be the lowest number by -1, which ends the process.</summary>
    public const string IntegerDivision = "integer-division";

    /// <summary>The runtime does not open the model.</summary>
    public const string Runtime = "runtime";

    /// <summary>The process died in which the model was run for the first time.</summary>
    public const string FirstRunCrash = "first-run-crash";

    /// <summary>Opening the model and running it with zeros needs too much memory.</summary>
    public const string FirstRunMemory = "first-run-memory";

    /// <summary>Opening the model and running it with zeros takes too much time.</summary>
    public const string FirstRunTime = "first-run-time";

    /// <summary>The codes of findings that only a first run shows.</summary>
    internal static bool IsOfFirstRun(string code) => code is Runtime or FirstRunCrash or FirstRunMemory or FirstRunTime;

    public static IReadOnlyList<string> All { get; } =
    [
        ManifestSize, ManifestUnreadable, ManifestInterface, ArtifactMissing, ArtifactLink, ArtifactSize, ArtifactDigest, Protobuf,
        DuplicateField, NoModel, RuntimeFormat, ExternalData, OperatorDomain, EngineContext, FunctionRecursion, FunctionExpansion,
        Interface, ElementType, NegativeDimension, ShapeOverflow, ShapeData, SparseExpansion, Nesting, LimitNodes,
        LimitInitializers, LimitAttributes, LimitEntries, LimitText, Name, IntegerDivision, Runtime, FirstRunCrash, FirstRunMemory,
        FirstRunTime,
    ];
}
