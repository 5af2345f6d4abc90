using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.Infra.Tests.ProviderTypes;

/// <summary>
/// Writes what a provider is given as TypeScript: a literal, assigned to a constant of the type that the provider's npm package has for it.
/// A literal is checked more strictly than any other value: a property that the type doesn't know is an error, at every depth.
/// </summary>
internal static class TypeScript
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The arguments of a resource of type <paramref name="token"/>, as in <c>oci:Core/vcn:Vcn</c>.</summary>
    internal static string Resource(string token, string name, JsonObject inputs)
    {
        var parts = token.Split(':');
        var type = parts switch
        {
            ["pulumi", "providers", var provider] => $"""import("@pulumi/{provider}/provider").ProviderArgs""",
            ["oci", var module, var kind] => $"""import("@pulumi/oci/{OciModule(module)}").{kind}Args""",
            ["kubernetes", var group, var kind] => $"""import("@pulumi/kubernetes/{KubernetesModule(group)}/{Camel(kind)}").{kind}Args""",
            _ => throw new NotSupportedException($"no npm package is known for {token}"),
        };
        return Constant($"{token} {name}", type, inputs);
    }

    /// <summary>The arguments of a question, as in <c>oci:Core/getServices:getServices</c>.</summary>
    internal static string Invoke(string token, JsonObject arguments) => token.Split(':') is ["oci", var module, var function]
        ? Constant(token, $"""import("@pulumi/oci/{OciModule(module)}").{char.ToUpperInvariant(function[0])}{function[1..]}Args""", arguments)
        : throw new NotSupportedException($"no npm package is known for {token}");

    /// <summary>A file of such constants.</summary>
    internal static string Module(IEnumerable<string> constants) => string.Concat(constants.Select(static (text, i) => text.Replace("NAME", $"_{i}", StringComparison.Ordinal)));

    private static string Constant(string what, string type, JsonObject value) => $"// {what}\nexport const NAME: {type} = {value.ToJsonString(Json)};\n";

    // Only the service's part of it is in lower case: Core/networkSecurityGroup is core/networkSecurityGroup.
    private static string OciModule(string module) => module.Split('/') is [var service, var file] ? $"{service.ToLowerInvariant()}/{file}" : module;

    // rbac.authorization.k8s.io/v1 is rbac/v1.
    private static string KubernetesModule(string group) => group.Split('/') is [var name, var version] ? $"{name.Split('.')[0]}/{version}" : group;

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
