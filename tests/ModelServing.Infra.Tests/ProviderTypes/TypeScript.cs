using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.Infra.Tests.ProviderTypes;

/// <summary>
/// Writes what a provider is given as TypeScript: a literal, assigned to a constant of the type that the provider's npm package has for it.
/// A literal is checked more strictly than any other value: a property that the type doesn't know is an error, at every depth. Types are
/// imported from the files that declare them, for the whole of a package takes long to read.
/// </summary>
internal static class TypeScript
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A module with a constant for each of the resources and questions.</summary>
    /// <param name="literals">The token of each, as in <c>oci:Core/vcn:Vcn</c> or <c>oci:Core/getServices:getServices</c>; its name; its arguments.</param>
    internal static string Module(IEnumerable<(string Token, string Name, JsonObject Arguments)> literals) => string.Concat(literals.Select(static (literal, i) =>
        $"// {literal.Token} {literal.Name}\nexport const _{i}: {ArgumentsType(literal.Token)} = {literal.Arguments.ToJsonString(Json)};\n"));

    /// <summary>The type of the arguments.</summary>
    internal static string ArgumentsType(string token) => Type(token) + "Args";

    /// <summary>The type of a resource.</summary>
    internal static string ResourceType(string token) => Type(token);

    /// <summary>The type of a question's answer.</summary>
    internal static string ResultType(string token) => Type(token) + "Result";

    // Only the service's part of a module of OCI is in lower case (Core/networkSecurityGroup: core/networkSecurityGroup), and of a group
    // of Kubernetes the first word counts (rbac.authorization.k8s.io/v1: rbac/v1).
    private static string Type(string token) => token.Split(':', '/') switch
    {
        ["pulumi", "providers", var provider] => $"""import("@pulumi/{provider}/provider").Provider""",
        ["oci", var service, var file, var name] => $"""import("@pulumi/oci/{service.ToLowerInvariant()}/{file}").{char.ToUpperInvariant(name[0])}{name[1..]}""",
        ["kubernetes", var group, var version, var kind] => $"""import("@pulumi/kubernetes/{group.Split('.')[0]}/{version}/{char.ToLowerInvariant(kind[0])}{kind[1..]}").{kind}""",
        _ => throw new NotSupportedException($"no npm package is known for {token}"),
    };
}
