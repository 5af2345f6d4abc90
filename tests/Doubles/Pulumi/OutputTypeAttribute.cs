namespace Pulumi;

/// <summary>Marks a class that is deserialized from a provider's answer.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OutputTypeAttribute : Attribute;
