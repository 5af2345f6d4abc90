namespace ModelServing.Features.Expressions;

/// <summary>A text is not an expression. The message says what is wrong, where, and what would be right.</summary>
public sealed class ExpressionException : Exception
{
    public ExpressionException()
    {
    }

    public ExpressionException(string message)
        : base(message)
    {
    }

    public ExpressionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
