using System.Runtime.InteropServices;

namespace ModelServing.Registry;

/// <summary>A version's verified artifact: size and digest of the model match the manifest.</summary>
/// <param name="Manifest">The version's manifest.</param>
/// <param name="Model">The bytes of <c>model.onnx</c>.</param>
public sealed record Artifact(Manifest Manifest, ReadOnlyMemory<byte> Model)
{
    /// <summary>Opens the model for reading.</summary>
    public Stream OpenModel() => MemoryMarshal.TryGetArray(Model, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(Model.ToArray(), writable: false);
}
