using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>The write side of a resource's output. The resource's registration sets it.</summary>
internal abstract class OutputSource
{
    // Reading attributes is slow, and a stack has hundreds of resources.
    private static readonly ConcurrentDictionary<Type, ImmutableArray<(PropertyInfo Property, OutputAttribute Attribute)>> Known = [];

    internal abstract void Set(string context, OutputData<object?> value);

    internal abstract void Fail(Exception exception);

    internal abstract void SetDefault(bool isKnown);

    /// <summary>Sets every output property of a resource. A component's own properties stay unchanged.</summary>
    internal static Dictionary<string, OutputSource> FillAll(Resource resource)
    {
        var result = new Dictionary<string, OutputSource>(StringComparer.Ordinal);
        foreach (var (property, attribute) in Known.GetOrAdd(resource.GetType(), FindAll))
        {
            if (resource is ComponentResource && property.DeclaringType != typeof(Resource))
                continue;
            if (!property.PropertyType.IsConstructedGenericType || property.PropertyType.GetGenericTypeDefinition() != typeof(Output<>))
                throw RunException.OutputsHaveIncorrectType([attribute.Name ?? property.Name]);

            var setter = property.DeclaringType!.GetProperty(property.Name)!.SetMethod
                ?? throw new InvalidOperationException(
                    $"[Output] {resource.GetType().FullName}.{property.Name} did not have a 'set' method");
            var sourceType = typeof(Source<>).MakeGenericType(property.PropertyType.GenericTypeArguments);
            var source = (OutputSource)Activator.CreateInstance(sourceType, resource)!;
            setter.Invoke(resource, [source.Boxed]);
            result.Add(attribute.Name ?? property.Name, source);
        }

        return result;
    }

    private static ImmutableArray<(PropertyInfo Property, OutputAttribute Attribute)> FindAll(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(static property => (property, property.GetCustomAttribute<OutputAttribute>()!))
            .Where(static one => one.Item2 is not null),
    ];

    private protected abstract object Boxed { get; }

    private sealed class Source<T> : OutputSource
    {
        private readonly Resource resource;
        private readonly TaskCompletionSource<OutputData<T>> completion = new();
        private readonly Output<T> output;

        public Source(Resource resource)
        {
            this.resource = resource;
            output = new Output<T>(completion.Task);
        }

        private protected override object Boxed => output;

        internal override void Set(string context, OutputData<object?> value) =>
            completion.SetResult(WireReader.Read<T>(context, value) with { Resources = [resource] });

        internal override void Fail(Exception exception) => completion.TrySetException(exception);

        internal override void SetDefault(bool isKnown) => completion.TrySetResult(new([resource], default!, isKnown, false));
    }
}
