using ModelServing.Sample.Simulation;

namespace ModelServing.Sample;

/// <summary>A transaction, what a model is given about it, and what it turned out to be.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Features">The model's input: <see cref="WindowFeatures.Count"/> numbers in the order of <see cref="WindowFeatures.Names"/>.</param>
public readonly record struct SampleRow(Transaction Transaction, ReadOnlyMemory<float> Features)
{
    /// <summary>The transaction's number.</summary>
    public int TransactionId => Transaction.Id;

    /// <summary>The customer's number: what keeps a customer on one variant.</summary>
    public int CustomerId => Transaction.CustomerId;

    /// <summary>The outcome.</summary>
    public bool IsFraud => Transaction.IsFraud;
}
