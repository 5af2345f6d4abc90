namespace ModelServing.Contracts;

/// <summary>A document or a host setting breaks its contract. The message names the place and what would be right.</summary>
public sealed class ContractException : Exception
{
    public ContractException()
    {
    }

    public ContractException(string message)
        : base(message)
    {
    }

    public ContractException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
