using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.TestKit;

/// <summary>Creates a version's two objects without checking whether they may be published.</summary>
public static class SomeArtifact
{
    /// <summary>A manifest with the digest and size of <paramref name="onnx"/>, for a model with the input <c>x</c> of three columns and
    /// the output <c>y</c> of one.</summary>
    public static Manifest Manifest(ModelName model, ModelVersion version, byte[] onnx) => new()
    {
        Schema = ModelServing.Registry.Manifest.CurrentSchema,
        Model = model,
        Version = version,
        Digest = Sha256Digest.Compute(onnx),
        Size = Math.Max(1, onnx.Length),
        Inputs = [new TensorInfo("x", Datatype.Fp32, [-1, 3])],
        Outputs = [new TensorInfo("y", Datatype.Fp32, [-1, 1])],
        Metrics = new Dictionary<string, double>(),
        Labels = new Dictionary<string, string>(),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>The objects by key, the manifest last.</summary>
    public static IReadOnlyList<(string Key, byte[] Content)> Objects(
        ModelName model, ModelVersion version, byte[] onnx, Func<Manifest, Manifest>? change = null)
    {
        var manifest = Manifest(model, version, onnx);
        manifest = change?.Invoke(manifest) ?? manifest;
        return [(ArtifactKeys.Model(model, version), onnx), (ArtifactKeys.Manifest(model, version), manifest.ToUtf8())];
    }
}
