namespace ModelServing.TestKit.Hostile;

/// <summary>A model of <c>tests/Hostile/models.yaml</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Onnx">The model.</param>
/// <param name="Good">A request that it answers well at any time.</param>
/// <param name="Times">How many times as long its deadline is as that of the other models.</param>
public sealed record HostileModel(string Name, byte[] Onnx, string Good, int Times)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<HostileModel> All { get; } = HostileFile.Read("models", "models", Read);

    /// <summary>The model of this name.</summary>
    public static HostileModel Named(string name) => All.Single(model => model.Name == name);

    private static HostileModel Read(HostileNode node) => new(
        node.Required("name"),
        node.Text("onnx") is { } base64 ? Convert.FromBase64String(base64) : Make(node.Required("made")),
        node.Required("good"),
        node.Whole("times") ?? 1);

    private static byte[] Make(string builder) => builder switch
    {
        nameof(SomeOnnx.Third) => SomeOnnx.Third(),
        nameof(SomeOnnx.Expand) => SomeOnnx.Expand(),
        _ => throw new InvalidDataException($"there is no builder '{builder}'"),
    };
}
