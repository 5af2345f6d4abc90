using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>Base class of everything that is passed to a provider.</summary>
public abstract class InputArgs
{
    private readonly ImmutableArray<(InputAttribute Input, string Member, Func<object?, object?> Get)> inputs;

    protected InputArgs()
    {
        const BindingFlags all = BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance;
        inputs =
        [
            .. GetType().GetFields(all)
                .Select(static f => (f.GetCustomAttribute<InputAttribute>()!, f.Name, (Func<object?, object?>)f.GetValue))
                .Where(static i => i.Item1 is not null),
            .. GetType().GetProperties(all)
                .Select(static p => (p.GetCustomAttribute<InputAttribute>()!, p.Name, (Func<object?, object?>)p.GetValue))
                .Where(static i => i.Item1 is not null),
        ];
    }

    /// <summary>Returns the members by their names on the wire.</summary>
    /// <exception cref="ArgumentNullException">A required member is missing.</exception>
    internal ImmutableDictionary<string, object?> ToDictionary()
    {
        var result = ImmutableDictionary.CreateBuilder<string, object?>();
        foreach (var (input, member, get) in inputs)
        {
            var name = $"[Input] {GetType().FullName}.{member}";
            var value = get(this);
            if (input.IsRequired && value is null)
                throw new ArgumentNullException(member, $"{name} is required but was not given a value");

            result.Add(input.Name, input.Json && value is not null ? new Output<string>(WireJson.FormatAsync(name, value)) : value);
        }

        return result.ToImmutable();
    }
}
