using ModelServing.Sample.Simulation;

namespace ModelServing.Sample;

/// <summary>A transaction with its features and its outcome.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Features">The model's input: <see cref="WindowFeatures.Count"/> numbers in the order of
/// <see cref="WindowFeatures.Names"/>.</param>
public readonly record struct SampleRow(Transaction Transaction, ReadOnlyMemory<float> Features)
{
    public int TransactionId => Transaction.Id;

    /// <summary>The customer's number, which is the routing key.</summary>
    public int CustomerId => Transaction.CustomerId;

    public bool IsFraud => Transaction.IsFraud;
}
