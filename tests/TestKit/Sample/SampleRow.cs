using ModelServing.Sample.Simulation;

namespace ModelServing.TestKit.Sample;

/// <summary>A payment of the sample with its features.</summary>
/// <param name="Transaction">The payment.</param>
/// <param name="Features">The models' input, in the order of the sample's columns.</param>
public readonly record struct SampleRow(Transaction Transaction, ReadOnlyMemory<float> Features)
{
    public int TransactionId => Transaction.Id;

    public bool IsFraud => Transaction.IsFraud;
}
