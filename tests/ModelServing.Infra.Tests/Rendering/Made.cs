using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Rendering;

/// <summary>A resource as the program requested it from the engine.</summary>
internal sealed record Made(string Type, string Name, ImmutableDictionary<string, object> Inputs, string Provider, ResourceOptions Options)
{
    internal string Text(string key) => (string)Inputs[key];

    internal ImmutableDictionary<string, object> Part(string key) => (ImmutableDictionary<string, object>)Inputs[key];

    internal bool Has(string key, string value) => Inputs.TryGetValue(key, out var at) && value.Equals(at);

    internal JsonObject Json() => JsonSerializer.SerializeToNode(Inputs)!.AsObject();

    internal async Task<IReadOnlyList<string>> AfterAsync() =>
        [.. (await OutputUtilities.GetValueAsync(Options.DependsOn.ToOutput())).Select(other => other.GetResourceName())];
}
