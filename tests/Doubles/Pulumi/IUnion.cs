namespace Pulumi;

/// <summary>One of two types.</summary>
internal interface IUnion
{
    object? Value { get; }
}
