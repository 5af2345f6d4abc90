using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Stacks.Preview;

/// <summary>
/// Reads a resource's arguments as a tree, by their names on the wire, with <see cref="Marks"/> in place of values that are secret or
/// unknown.
/// </summary>
internal sealed class InputReader(SecretDigest digest)
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    // With the default encoder, the placeholders in a text would be escaped.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads all arguments except those that are not set.</summary>
    internal async Task<JsonObject> ReadAsync(InputArgs args)
    {
        var result = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var member in args.GetType().GetFields(Members).Cast<MemberInfo>().Concat(args.GetType().GetProperties(Members)))
        {
            var attributes = member.GetCustomAttributesData();
            if (attributes.FirstOrDefault(static data => data.AttributeType == typeof(InputAttribute)) is not { } attribute)
                continue;

            var value = member is FieldInfo field ? field.GetValue(args) : ((PropertyInfo)member).GetValue(args);
            if (await ReadValueAsync(value) is { } node)
                result[(string)attribute.ConstructorArguments[0].Value!] = node;
        }

        return new JsonObject(result.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
    }

    private async Task<JsonNode?> ReadValueAsync(object? value)
    {
        switch (value)
        {
            case null:
                return null;
            case string text:
                return JsonValue.Create(text);
            case bool flag:
                return JsonValue.Create(flag);
            case int number:
                return JsonValue.Create(number);
            case double number:
                return JsonValue.Create(number);
            case InputArgs args:
                return await ReadAsync(args);
            case Resource resource:
                return JsonValue.Create(resource.GetResourceName());
            case IDictionary dictionary:
                var map = new JsonObject();
                foreach (var key in dictionary.Keys.Cast<string>().Order(StringComparer.Ordinal))
                    map[key] = await ReadValueAsync(dictionary[key]);
                return map;
            case IList list:
                var items = new JsonArray();
                foreach (var item in list)
                    items.Add(await ReadValueAsync(item));
                return items;
        }

        if (ValueType(value.GetType(), typeof(Input<>)) is { } input)
            return await CallAsync(nameof(ReadInputAsync), input, value);
        if (ValueType(value.GetType(), typeof(Output<>)) is { } output)
            return await CallAsync(nameof(ReadOutputAsync), output, value);
        if (ValueType(value.GetType(), typeof(Union<,>)) is not null)
            return await ReadValueAsync(value.GetType().GetProperty("Value")!.GetValue(value));
        return JsonValue.Create(value.ToString());
    }

    private Task<JsonNode?> ReadInputAsync<T>(Input<T> input) => ReadOutputAsync(input.ToOutput());

    private async Task<JsonNode?> ReadOutputAsync<T>(Output<T> output)
    {
        var isSecret = await Output.IsSecretAsync(output);
        if (!await OutputUtilities.GetIsKnownAsync(output))
            return JsonValue.Create(isSecret ? Marks.UnknownSecret : Marks.Unknown(NameOf(typeof(T))));

        var value = await OutputUtilities.GetValueAsync(output);
        var node = value is IList { } list && IsDefault(list) ? null : await ReadValueAsync(value);
        if (!isSecret)
            return node;
        var text = node?.ToJsonString(Plain) ?? "null";
        return JsonValue.Create(Marks.Secret(digest.From(text), Placeholder.In(text)));
    }

    private Task<JsonNode?> CallAsync(string name, Type type, object value)
    {
        var method = typeof(InputReader).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Instance)!;
        return (Task<JsonNode?>)method.MakeGenericMethod(type).Invoke(this, [value])!;
    }

    private static Type? ValueType(Type? type, Type generic)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == generic)
                return type.GenericTypeArguments[0];
        }

        return null;
    }

    private static bool IsDefault(IList list) =>
        list.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
        && (bool)type.GetProperty(nameof(ImmutableArray<int>.IsDefault))!.GetValue(list)!;

    private static string NameOf(Type type)
    {
        if (type == typeof(string))
            return "string";
        if (type == typeof(int) || type == typeof(double))
            return "number";
        if (type == typeof(bool))
            return "bool";
        if (!type.IsGenericType)
            return "object";
        return type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) ? NameOf(type.GenericTypeArguments[0]) + "[]" : "object";
    }
}
