using System.Collections.Immutable;

namespace Pulumi;

/// <summary>The resolved state of an output: its value, whether it is known, whether it is a secret, and the resources from which it
/// comes.</summary>
internal readonly record struct OutputData<T>(ImmutableHashSet<Resource> Resources, T Value, bool IsKnown, bool IsSecret)
{
    internal static OutputData<T> Known(T value, bool isSecret = false) => new([], value, true, isSecret);

    internal static OutputData<T> Unknown(bool isSecret = false) => new([], default!, false, isSecret);

    internal OutputData<object?> Boxed => new(Resources, Value, IsKnown, IsSecret);
}
