namespace Pulumi;

/// <summary>Inspects, and may replace, the arguments of a resource's constructor.</summary>
public delegate ResourceTransformationResult? ResourceTransformation(ResourceTransformationArgs args);
