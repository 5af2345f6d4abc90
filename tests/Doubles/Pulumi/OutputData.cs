using System.Collections.Immutable;

namespace Pulumi;

/// <summary>What an output resolves to: its value, whether that is known yet, whether it is a secret, and the resources it came from.</summary>
internal readonly record struct OutputData<T>(ImmutableHashSet<Resource> Resources, T Value, bool IsKnown, bool IsSecret)
{
    internal static OutputData<T> Of(T value, bool isSecret = false) => new([], value, true, isSecret);

    internal static OutputData<T> Unknown(bool isSecret = false) => new([], default!, false, isSecret);

    internal OutputData<object?> Boxed => new(Resources, Value, IsKnown, IsSecret);
}

/// <summary>An output of a type that is not known at compile time.</summary>
internal interface IOutput
{
    Task<OutputData<object?>> GetDataAsync();
}

/// <summary>An input of a type that is not known at compile time.</summary>
internal interface IInput
{
    IOutput ToOutput();
}

/// <summary>An input whose parts may be unknown each for itself.</summary>
internal interface IInputCollection
{
    IOutput Parts { get; }
}

/// <summary>One of two types.</summary>
internal interface IUnion
{
    object? Value { get; }
}
