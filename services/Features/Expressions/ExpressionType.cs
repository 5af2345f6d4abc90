namespace ModelServing.Features.Expressions;

public enum ExpressionType
{
    Number,
    Bool,
    Text,
}
