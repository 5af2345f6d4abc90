namespace ModelServing.Clients;

/// <summary>Counts what goes wrong with the clients document and the keys of tokens, in the metrics of the host.</summary>
public interface IClientMetrics
{
    /// <summary>The clients document can't be used.</summary>
    void DocumentRefused();

    /// <summary>The keys of tokens can't be fetched.</summary>
    void KeyFetchFailed();
}
