using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;

namespace Pulumi;

/// <summary>Converts a mock's answer into the type of a property or an invoke. A value of the wrong type becomes the default, with a
/// warning.</summary>
internal static class WireReader
{
    private const BindingFlags AnyInstance = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    internal static OutputData<T> Read<T>(string context, OutputData<object?> value)
    {
        var read = value.IsKnown ? Read(context, value.Value, typeof(T)) : null;
        return new([], read is null ? default! : (T)read, value.IsKnown, value.IsSecret);
    }

    private static object? Read(string context, object? value, Type type)
    {
        try
        {
            return Convert(context, value, type);
        }
        catch (MisfitException misfit)
        {
            Log.Warn(misfit.Message);
            return type.IsValueType ? Activator.CreateInstance(type) : null;
        }
    }

    private static object? Convert(string context, object? value, Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return value is null ? null : Convert(context, value, underlying);
        if (value is null)
            return type.IsValueType ? Activator.CreateInstance(type) : null;
        if (type == typeof(object))
            return value;
        if (type == typeof(string) || type == typeof(bool) || type == typeof(double) || typeof(Resource).IsAssignableFrom(type))
            return type.IsInstanceOfType(value) ? value : throw Misfit(context, type, value);
        if (type == typeof(int))
            return value is double number ? (int)number : throw Misfit(context, typeof(double), value);
        if (type == typeof(JsonElement))
            return JsonSerializer.SerializeToElement(value);
        if (type.IsEnum)
            return Enum.ToObject(type, (int)Convert(context, value, typeof(int))!);
        if (type.IsValueType && type.GetCustomAttribute<EnumTypeAttribute>() is not null)
            return type.GetConstructor(AnyInstance, [value.GetType()])?.Invoke([value]) ?? throw Misfit(context, type, value);
        if (type.IsConstructedGenericType)
            return ConvertGeneric(context, value, type);
        if (type.GetCustomAttribute<OutputTypeAttribute>() is null)
            throw new MisfitException($"Unexpected target type {type.FullName} when deserializing {context}");

        var dictionary = value as ImmutableDictionary<string, object> ?? throw Misfit(
            context, typeof(ImmutableDictionary<string, object>), value);
        var constructor = type.GetConstructors(AnyInstance).First(
            static c => c.GetCustomAttribute<OutputConstructorAttribute>() is not null);
        var arguments = constructor.GetParameters()
            .Select(p => Read($"{type.FullName}({p.Name})", dictionary.GetValueOrDefault(p.Name!), p.ParameterType));
        return constructor.Invoke([.. arguments]);
    }

    private static object? ConvertGeneric(string context, object value, Type type)
    {
        var definition = type.GetGenericTypeDefinition();
        var inner = type.GenericTypeArguments;
        if (definition == typeof(ImmutableArray<>))
        {
            var list = value is ImmutableArray<object> items ? items : throw Misfit(context, typeof(ImmutableArray<object>), value);
            var array = Array.CreateInstance(inner[0], list.Length);
            for (var i = 0; i < list.Length; i++)
                array.SetValue(Read(context, list[i], inner[0]), i);
            return Generic(nameof(ToImmutableArray), inner[0]).Invoke(null, [array]);
        }

        if (definition == typeof(ImmutableDictionary<,>))
        {
            var all = value as ImmutableDictionary<string, object> ?? throw Misfit(
                context, typeof(ImmutableDictionary<string, object>), value);
            return Generic(nameof(ToImmutableDictionary), inner[1]).Invoke(
                null, [all.ToDictionary(static p => p.Key, p => Read(context, p.Value, inner[1]))]);
        }

        if (definition == typeof(Union<,>))
        {
            try
            {
                return type.GetMethod(nameof(Union<int, int>.FromT0))!.Invoke(null, [Convert(context, value, inner[0])]);
            }
            catch (MisfitException)
            {
                return type.GetMethod(nameof(Union<int, int>.FromT1))!.Invoke(null, [Convert(context, value, inner[1])]);
            }
        }

        throw new InvalidOperationException($"Unexpected generic target type {type.FullName} when deserializing {context}");
    }

    private static MethodInfo Generic(string name, Type type) =>
        typeof(WireReader).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type);

    private static ImmutableArray<T> ToImmutableArray<T>(T[] items) => [.. items];

    private static ImmutableDictionary<string, T> ToImmutableDictionary<T>(IDictionary items) =>
        items.Keys.Cast<string>().ToImmutableDictionary(static key => key, key => (T)items[key]!);

    private static MisfitException Misfit(string context, Type expected, object value) =>
        new($"Expected {expected.FullName} but got {value.GetType().FullName} deserializing {context}");

    private sealed class MisfitException(string message) : Exception(message);
}
