using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>Base class of everything that is passed to a provider.</summary>
public abstract class InputArgs
{
    // Reading attributes is slow, and a stack has thousands of these objects.
    private static readonly ConcurrentDictionary<Type, ImmutableArray<Member>> Known = [];

    private readonly ImmutableArray<Member> inputs;

    protected InputArgs() => inputs = Known.GetOrAdd(GetType(), static type =>
    {
        const BindingFlags all = BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance;
        return
        [
            .. type.GetFields(all)
                .Select(static f => new Member(f.GetCustomAttribute<InputAttribute>()!, f.Name, f.GetValue))
                .Where(static i => i.Input is not null),
            .. type.GetProperties(all)
                .Select(static p => new Member(p.GetCustomAttribute<InputAttribute>()!, p.Name, p.GetValue))
                .Where(static i => i.Input is not null),
        ];
    });

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

    private readonly record struct Member(InputAttribute Input, string Name, Func<object?, object?> Get);
}
