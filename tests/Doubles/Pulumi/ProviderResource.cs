namespace Pulumi;

/// <summary>A provider with its own settings.</summary>
public class ProviderResource(string package, string name, ResourceArgs args, CustomResourceOptions? options = null)
    : CustomResource($"pulumi:providers:{package}", name, args, options)
{
    /// <summary>The marker for an unknown value on the wire.</summary>
    private const string Unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

    internal string Package { get; } = package;

    internal async Task<string> ReferenceAsync()
    {
        var id = await Id.ValueOr("").ConfigureAwait(false);
        return $"{await Urn.ValueOr("").ConfigureAwait(false)}::{(string.IsNullOrEmpty(id) ? Unknown : id)}";
    }
}
