using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Predictions;

/// <summary>Stores prediction records, and the outcomes that belong to them. Any number of programs use a store at once.</summary>
public interface IPredictionStore
{
    /// <summary>The store's address, as in settings and messages.</summary>
    string Location { get; }

    /// <summary>The most records that one call of <see cref="PutAsync"/> takes; 1 for a store that has a call for each row.</summary>
    int MostRows { get; }

    /// <summary>How many calls of <see cref="PutAsync"/> may be useful at the same time.</summary>
    int MostConcurrency { get; }

    /// <summary>Puts records under their keys: the request's identifier and the attempt. A record that is put again replaces itself, so the
    /// table is the same after one put and after several. All of them are stored when this returns; after an exception, some may
    /// be.</summary>
    /// <exception cref="PredictionStoreException">The put failed. <see cref="PredictionStoreException.Error"/> says whether to try
    /// again.</exception>
    Task PutAsync(IReadOnlyList<StoredPrediction> predictions, CancellationToken cancellationToken);

    /// <summary>Reads the attempts of a request, in order; empty if none has landed.</summary>
    /// <exception cref="PredictionStoreException">The store can't be read.</exception>
    Task<IReadOnlyList<PredictionRecord>> FindAsync(string requestId, CancellationToken cancellationToken);

    /// <summary>Reads a model's records of one minute, page by page and in any order.</summary>
    /// <param name="minute">The minute since 1970 in which the attempts began (<see cref="StoredPrediction.Minute"/>).</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="PredictionStoreException">The store can't be read, or holds a row that is not a record.</exception>
    IAsyncEnumerable<PredictionRecord> ReadAsync(ModelName model, long minute, CancellationToken cancellationToken);

    /// <summary>Puts outcomes under the identifiers of their requests, whether the requests' records have landed or not. A later outcome of
    /// the same request replaces the earlier one. All are stored when this returns; after an exception, some may be.</summary>
    /// <exception cref="PredictionStoreException">The put failed.</exception>
    Task PutOutcomesAsync(IReadOnlyList<Outcome> outcomes, CancellationToken cancellationToken);

    /// <summary>Finds the outcomes of requests, at most <see cref="MostOutcomes"/> of them; those without an outcome are not in the
    /// answer.</summary>
    /// <exception cref="PredictionStoreException">The store can't be read.</exception>
    Task<IReadOnlyDictionary<string, Outcome>> FindOutcomesAsync(
        IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken);

    /// <summary>The most identifiers that one call of <see cref="FindOutcomesAsync"/> takes.</summary>
    const int MostOutcomes = 500;
}
