namespace ModelServing.Features.Expressions;

/// <summary>The type of an expression.</summary>
public enum ExpressionType
{
    Number,
    Bool,
    Text,
}
