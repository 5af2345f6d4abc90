namespace ModelServing.Registry;

/// <summary>A version of a feature view that a model was trained with.</summary>
/// <param name="View">The view's name.</param>
/// <param name="Version">The view's version.</param>
/// <param name="Digest">The digest of its definition: <c>sha256:</c> and 64 hexadecimal digits.</param>
public sealed record ModelView(string View, int Version, string Digest)
{
    public override string ToString() => $"{View} v{Version}";
}
