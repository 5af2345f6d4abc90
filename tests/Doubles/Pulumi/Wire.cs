using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;

namespace Pulumi;

/// <summary>
/// Converts a program's values into the form that the engine and the mocks receive: null, bool, double, string, lists and dictionaries of
/// these, and resources. A value is unknown or secret if any part of it is.
/// </summary>
internal static class Wire
{
    internal static async Task<OutputData<object?>> WriteAsync(string context, object? value)
    {
        switch (value)
        {
            case null or bool or double or string:
                return OutputData<object?>.Known(value);
            case int number:
                return OutputData<object?>.Known((double)number);
            case InputArgs args:
                return await WriteAsync(context, args.ToDictionary()).ConfigureAwait(false);
            case Task:
                throw new InvalidOperationException(
                    $"Tasks are not allowed inside ResourceArgs. Please wrap your Task in an Output:\n\t{context}");
            case IInputCollection collection:
                return await WriteAsync(context, collection.Parts).ConfigureAwait(false);
            case IInput input:
                return await WriteAsync(context, input.ToOutput()).ConfigureAwait(false);
            case IUnion union:
                return await WriteAsync(context, union.Value).ConfigureAwait(false);
            case IOutput output:
                var data = await output.GetDataAsync().ConfigureAwait(false);
                if (!data.IsKnown)
                    return data with { Value = null };
                var inner = await WriteAsync($"{context}.id", data.Value).ConfigureAwait(false);
                return new(data.Resources.Union(inner.Resources), inner.Value, inner.IsKnown, inner.IsSecret || data.IsSecret);
            case CustomResource resource:
                return new([resource], resource, true, false);
            case Resource resource:
                return OutputData<object?>.Known(resource);
            case JsonElement element:
                return OutputData<object?>.Known(WriteJson(element));
            case IDictionary dictionary:
                return await WriteDictionaryAsync(context, dictionary).ConfigureAwait(false);
            case IList list:
                return await WriteListAsync(context, list).ConfigureAwait(false);
            case Enum choice when choice.GetTypeCode() == TypeCode.Int32:
                return OutputData<object?>.Known((double)(int)(object)choice);
        }

        var type = value.GetType();
        if (type.IsValueType && type.GetCustomAttribute<EnumTypeAttribute>() is not null)
            return OutputData<object?>.Known(type.GetMethod("op_Explicit", [type])!.Invoke(null, [value]));
        if (type.GetCustomAttribute<OutputTypeAttribute>() is not null)
        {
            return await WriteAsync(context, type.GetFields().Where(static field => field.IsInitOnly)
                .ToDictionary(
                    static field => char.ToLowerInvariant(field.Name[0]) + field.Name[1..],
                    field => field.GetValue(value))).ConfigureAwait(false);
        }

        throw new InvalidOperationException($"{type.FullName} is not a supported argument type.\n\t{context}");
    }

    /// <summary>A mock's answer, by property, so that each is known and secret for itself.</summary>
    internal static async Task<ImmutableDictionary<string, OutputData<object?>>> WriteStateAsync(object state)
    {
        var entries = state switch
        {
            IDictionary<string, object> dictionary => dictionary.Select(static pair => KeyValuePair.Create(pair.Key, (object?)pair.Value)),
            IDictionary dictionary => dictionary.Keys.Cast<object>().Select(key => KeyValuePair.Create(
                key as string ?? throw new InvalidOperationException("Dictionaries are only supported with string keys:\n\t"),
                dictionary[key])),
            _ when (await WriteAsync("", state).ConfigureAwait(false)).Value is ImmutableDictionary<string, object> written =>
                written.Select(static pair => KeyValuePair.Create(pair.Key, (object?)pair.Value)),
            _ => throw new InvalidOperationException($"{state.GetType().FullName} is not a supported argument type"),
        };
        var result = ImmutableDictionary.CreateBuilder<string, OutputData<object?>>();
        foreach (var (key, value) in entries)
        {
            var written = await WriteAsync($".{key}", value).ConfigureAwait(false);
            if (!written.IsKnown || written.Value is not null)
                result[key] = written with { Resources = [] };
        }

        return result.ToImmutable();
    }

    private static async Task<OutputData<object?>> WriteDictionaryAsync(string context, IDictionary dictionary)
    {
        var sum = OutputData<object?>.Known(null);
        var result = ImmutableDictionary.CreateBuilder<string, object>();
        foreach (var key in dictionary.Keys)
        {
            var name = key as string ?? throw new InvalidOperationException(
                $"Dictionaries are only supported with string keys:\n\t{context}");
            var part = await WriteAsync($"{context}.{name}", dictionary[name]).ConfigureAwait(false);
            sum = Sum(sum, part);
            if (part.Value is not null)
                result[name] = part.Value;
        }

        return sum with { Value = result.ToImmutable() };
    }

    private static async Task<OutputData<object?>> WriteListAsync(string context, IList list)
    {
        var sum = OutputData<object?>.Known(null);
        var result = ImmutableArray.CreateBuilder<object>();
        // A default ImmutableArray can't be counted.
        if (list.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            && (bool)type.GetProperty(nameof(ImmutableArray<int>.IsDefault))!.GetValue(list)!)
            return sum with { Value = result.ToImmutable() };

        for (var i = 0; i < list.Count; i++)
        {
            var part = await WriteAsync($"{context}[{i}]", list[i]).ConfigureAwait(false);
            sum = Sum(sum, part);
            result.Add(part.Value!);
        }

        return sum with { Value = result.ToImmutable() };
    }

    private static OutputData<object?> Sum(OutputData<object?> sum, OutputData<object?> part) =>
        new(sum.Resources.Union(part.Resources), null, sum.IsKnown && part.IsKnown, sum.IsSecret || part.IsSecret);

    private static object? WriteJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True or JsonValueKind.False => element.GetBoolean(),
        JsonValueKind.Array => element.EnumerateArray().Select(WriteJson).ToImmutableArray()!,
        JsonValueKind.Object => element.EnumerateObject().ToImmutableDictionary(static p => p.Name, static p => WriteJson(p.Value)!),
        _ => null,
    };
}
