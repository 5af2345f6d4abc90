namespace ModelServing.Features.Expressions;

/// <summary>A name that an expression may use.</summary>
/// <param name="Index">Where its value is: among the numbers, or among the texts if it is a text.</param>
/// <param name="Type">The type of its value.</param>
public readonly record struct ExpressionInput(int Index, ExpressionType Type);
