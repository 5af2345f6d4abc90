using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ModelServing.Contracts;

/// <summary>
/// The types as documents are read. The generated code assigns every init-only property of a type, also one whose member is left out, which
/// then loses its default and may even be null. Types with such a default are read by reflection, which leaves it alone.
/// </summary>
internal sealed class KeptDefaults(IJsonTypeInfoResolver generated) : IJsonTypeInfoResolver
{
    private readonly DefaultJsonTypeInfoResolver reflection = new();

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
        generated.GetTypeInfo(type, options) is not { } known ? null
        : known.Kind == JsonTypeInfoKind.Object && LostDefaults(type).Any() ? reflection.GetTypeInfo(type, options)
        : known;

    /// <summary>The names of the properties whose defaults the generated code loses.</summary>
    internal static IEnumerable<string> LostDefaults(Type type)
    {
        if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is not { } constructor)
            return [];
        var empty = constructor.Invoke([]);
        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => IsInitOnly(property)
                && property.GetCustomAttribute<RequiredMemberAttribute>() is null
                && property.GetCustomAttribute<JsonRequiredAttribute>() is null
                && property.GetCustomAttribute<JsonIgnoreAttribute>() is null
                && !Equals(property.GetValue(empty), DefaultOf(property.PropertyType)))
            .Select(static property => property.Name);
    }

    private static bool IsInitOnly(PropertyInfo property) => property.SetMethod is { } set
        && set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static object? DefaultOf(Type type) => type.IsValueType ? Activator.CreateInstance(type) : null;
}
