using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.Infra.Tests.ProviderTypes;

/// <summary>
/// Writes a provider's arguments as TypeScript: a literal, assigned to a constant whose type is the one in the provider's npm package. The
/// compiler checks a literal more strictly than other values: a property that the type does not have is an error, at every depth. Types
/// are imported from the files that declare them, because reading a whole package takes long.
/// </summary>
internal static class TypeScript
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A module with a constant for each resource and query.</summary>
    /// <param name="literals">For each, the token, as in <c>oci:Core/vcn:Vcn</c> or <c>oci:Core/getServices:getServices</c>; the name; the
    /// arguments.</param>
    internal static string Module(IEnumerable<(string Token, string Name, JsonObject Arguments)> literals) =>
        string.Concat(literals.Select(static (literal, i) =>
        $"// {literal.Token} {literal.Name}\nexport const _{i}: {ArgumentsType(literal.Token)} = " +
            $"{literal.Arguments.ToJsonString(Json)};\n"));

    internal static string ArgumentsType(string token) => Type(token) + "Args";

    internal static string ResourceType(string token) => Type(token);

    /// <summary>The type of a query's result.</summary>
    internal static string ResultType(string token) => Type(token) + "Result";

    // In a module of OCI, only the service is in lower case (Core/networkSecurityGroup: core/networkSecurityGroup). Of a group of
    // Kubernetes, only the first word is used (rbac.authorization.k8s.io/v1: rbac/v1).
    private static string Type(string token) => token.Split(':', '/') switch
    {
        ["pulumi", "providers", var provider] => $"""import("@pulumi/{provider}/provider").Provider""",
        ["oci", var service, var file, var name] =>
            $"""import("@pulumi/oci/{service.ToLowerInvariant()}/{file}").{char.ToUpperInvariant(name[0])}{name[1..]}""",
        ["kubernetes", var group, var version, var kind] =>
            $"""import("@pulumi/kubernetes/{group.Split('.')[0]}/{version}/{char.ToLowerInvariant(kind[0])}{kind[1..]}").{kind}""",
        _ => throw new NotSupportedException($"no npm package is known for {token}"),
    };
}
