using ModelServing.Doubles;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.ProviderTypes;

/// <summary>
/// Writes the description of the doubles as statements about the providers' own types: every argument exists, has the described type, and
/// is required or optional as described; every result exists, has the described type, and is absent only if the description says so.
/// </summary>
internal static class DoublesDescription
{
    // If the description is right, each type is empty. Otherwise its members are the wrong names.
    private const string Statements = """
        type Unknown<D, T> = Exclude<keyof D, keyof T>;
        type Optional<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? K : never }[keyof T];
        type Value<R> = { [K in keyof R]: R[K] extends import("@pulumi/pulumi").OutputInstance<infer V> ? V : never };
        declare function none<T extends never>(): void;
        declare function fits<T>(value: T): void;

        """;

    /// <summary>The description of the double of <paramref name="provider"/>, <c>oci</c> or <c>kubernetes</c>.</summary>
    internal static Task<string> ReadAsync(string provider) =>
        File.ReadAllTextAsync(provider == "oci"
            ? Repository.Combine("tests", "Doubles", "Pulumi.Oci", "Oci.txt")
            : Repository.Combine("tests", "Doubles", "Pulumi.Kubernetes", "Kubernetes.txt"));

    /// <summary>A TypeScript module with these statements.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="description">The description of the doubles.</param>
    /// <param name="only">The only block to write; null for all blocks.</param>
    internal static string Module(string provider, string description, string? only = null)
    {
        var blocks = Block.ReadAll(description);
        var writer = new Writer(provider, [.. blocks.Where(static block => block.Kind == "enum").Select(static block => block.FullName)]);
        return Statements + string.Concat(blocks.Where(block => only is null || block.FullName == only)
            .Select(writer.Write)) + "export {};\n";
    }

    private sealed class Writer(string provider, HashSet<string> enums)
    {
        internal string Write(Block block) => block.Kind switch
        {
            "resource" =>
                Arguments(block, TypeScript.ArgumentsType(block.Token)) + Answers(block, $"Value<{TypeScript.ResourceType(block.Token)}>"),
            "invoke" => Arguments(block, TypeScript.ArgumentsType(block.Token)) + Answers(block, TypeScript.ResultType(block.Token)),
            "type" =>
                (block.Flags.Contains("out")
                    ? ""
                    : Arguments(block, Input(block.FullName))) + (block.Flags.Contains("in") ? "" : Answers(block, Output(block.FullName))),
            _ => "",
        };

        private string Arguments(Block block, string type)
        {
            var isObject = provider == "kubernetes" && block.Kind == "resource";
            // The types of an object's apiVersion and kind have a single value.
            var described = Described(
                block.Properties.Where(static property => property.IsInput),
                static property => !property.IsRequired,
                property => isObject && property.Wire is "apiVersion" or "kind" ? $"T[\"{property.Wire}\"]" : Plain(property.Type, Input));
            return $$"""
                {   // {{block.FullName}}, given
                    type D = {{described}};
                    type T = {{type}};
                    none<Unknown<D, T>>();
                    none<Exclude<Optional<T> & keyof D, Optional<D>>>();
                    fits<T>(null! as D);
                }

                """;
        }

        private string Answers(Block block, string type)
        {
            var properties = block.Properties.Where(static property => property.IsOutput).ToList();
            if (properties.Count == 0)
                return "";
            // In .NET, an absent list or map is an empty one.
            var described = Described(
                properties,
                static property => property.IsNullable || property.Type.EndsWith("[]", StringComparison.Ordinal) || property.Type.EndsWith(
                    "{}",
                    StringComparison.Ordinal),
                property => Plain(property.Type, Output));
            return $$"""
                {   // {{block.FullName}}, answered
                    type D = {{described}};
                    type T = {{type}};
                    none<Unknown<D, T>>();
                    fits<D>(null! as T);
                }

                """;
        }

        private static string Described(IEnumerable<Property> properties, Func<Property, bool> isOptional, Func<Property, string> type) =>
            "{ " +
            string.Concat(properties.Select(property => $"{property.Wire}{(isOptional(property) ? "?" : "")}: {type(property)}; ")) +
            "}";

        private string Plain(string type, Func<string, string> named) => type switch
        {
            _ when type.EndsWith("[]", StringComparison.Ordinal) => $"({Plain(type[..^2], named)})[]",
            _ when type.EndsWith("{}", StringComparison.Ordinal) => $"{{ [key: string]: {Plain(type[..^2], named)} }}",
            _ when type.Contains('|', StringComparison.Ordinal) => string.Join(" | ", type.Split('|').Select(part => Plain(part, named))),
            "string" => type,
            "int" or "double" => "number",
            "bool" => "boolean",
            "object" => "any",
            _ => enums.Contains(type) ? "string" : named(type),
        };

        // A query's filter has two names in .NET, Core.GetServicesFilterInput and Core.GetServicesFilterResult, but one in TypeScript.
        private string Input(string type) => $"""import("@pulumi/{provider}/types/input").{Path(Without(type, "Input"))}""";

        private string Output(string type) => $"""import("@pulumi/{provider}/types/output").{Path(Without(type, "Result"))}""";

        private string Path(string type) =>
            provider == "oci"
                ? type
                : string.Join(
                    '.',
                    type.Split('.') is [.. var module, var name] ? [.. module.Select(static part => part.ToLowerInvariant()), name] : []);

        private static string Without(string type, string end) =>
            type.Contains(".Get", StringComparison.Ordinal) && type.EndsWith(end, StringComparison.Ordinal) ? type[..^end.Length] : type;
    }
}
