using ModelServing.Registry;
using ModelServing.Registry.Onnx;

namespace ModelServing.TestKit.Hostile;

/// <summary>An artifact of <c>tests/Hostile/artifacts.yaml</c>.</summary>
/// <param name="Name">The case.</param>
/// <param name="Model">The bytes.</param>
/// <param name="Rule">The code with which the rules refuse it; null if they accept it.</param>
/// <param name="Run">The code with which a first run refuses it; null if that accepts it.</param>
/// <param name="Says">A part of the reason; null if any will do.</param>
public sealed record HostileArtifact(string Name, byte[] Model, string? Rule, string? Run, string? Says)
{
    public static IReadOnlyList<HostileArtifact> All { get; } = HostileFile.Read(
        "artifacts",
        "artifacts",
        static node => new HostileArtifact(
            node.Required("name"),
            node.Text("onnx") is { } base64 ? Convert.FromBase64String(base64) : TextGraph.Parse(node.Required("graph")),
            node.Text("rule"),
            node.Text("run"),
            node.Text("says")));

    /// <summary>A manifest with the model's interface, even if the rules refuse the model.</summary>
    public Manifest Manifest(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var graph = ModelProto.Parser.ParseFrom(Model).Graph;
        return manifest with { Inputs = [.. graph.Input.Select(TensorOf)], Outputs = [.. graph.Output.Select(TensorOf)] };
    }

    public override string ToString() => Name;

    private static TensorInfo TensorOf(ValueInfoProto value) => new(
        value.Name,
        Enum.GetValues<Datatype>().Single(type => (int)OnnxElements.TypeOf(type) == value.Type.TensorType.ElemType),
        [.. value.Type.TensorType.Shape.Dim.Select(static length => length.HasDimValue ? length.DimValue : -1)]);
}
