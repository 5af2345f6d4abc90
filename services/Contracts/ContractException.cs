namespace ModelServing.Contracts;

/// <summary>A document or a host setting that breaks its contract; the message names the place and what would be right.</summary>
public sealed class ContractException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public ContractException()
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>.</summary>
    public ContractException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>, caused by <paramref name="innerException"/>.</summary>
    public ContractException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
