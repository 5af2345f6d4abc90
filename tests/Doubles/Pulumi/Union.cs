namespace Pulumi;

/// <summary>One of two types.</summary>
public readonly struct Union<T0, T1> : IEquatable<Union<T0, T1>>, IUnion
{
    private readonly T0 first;
    private readonly T1 second;
    private readonly bool isSecond;

    private Union(T0 first, T1 second, bool isSecond)
    {
        this.first = first;
        this.second = second;
        this.isSecond = isSecond;
    }

    public T0 AsT0 => isSecond ? throw new InvalidOperationException($"Cannot return as T0 as result is T1") : first;

    public T1 AsT1 => isSecond ? second : throw new InvalidOperationException($"Cannot return as T1 as result is T0");

    public bool IsT0 => !isSecond;

    public bool IsT1 => isSecond;

    public object Value => (isSecond ? (object?)second : first)!;

    public static Union<T0, T1> FromT0(T0 input) => new(input, default!, false);

    public static Union<T0, T1> FromT1(T1 input) => new(default!, input, true);

    public static implicit operator Union<T0, T1>(T0 value) => FromT0(value);

    public static implicit operator Union<T0, T1>(T1 value) => FromT1(value);

    public static bool operator ==(Union<T0, T1> left, Union<T0, T1> right) => left.Equals(right);

    public static bool operator !=(Union<T0, T1> left, Union<T0, T1> right) => !left.Equals(right);

    public TResult Match<TResult>(Func<T0, TResult> f0, Func<T1, TResult> f1) => isSecond ? f1(second) : f0(first);

    public bool Equals(Union<T0, T1> other) => isSecond == other.isSecond && Equals(Value, other.Value);

    public override bool Equals(object? obj) => obj is Union<T0, T1> other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(isSecond, Value);

    public override string ToString() => Value?.ToString() ?? "";
}
