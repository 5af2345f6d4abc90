using Google.Protobuf;
using ModelServing.Predictions.Records;

namespace ModelServing.Predictions;

/// <summary>Reads the record of a row.</summary>
public static class StoredRecord
{
    /// <param name="location">The store, for the message.</param>
    /// <param name="requestId">The row's request.</param>
    /// <param name="attempt">The row's attempt.</param>
    /// <param name="bytes">The row's record.</param>
    /// <exception cref="PredictionStoreException">The bytes are not a record, or it names another request or attempt.</exception>
    public static PredictionRecord Read(string location, string requestId, int attempt, byte[] bytes)
    {
        try
        {
            var read = PredictionRecord.Parser.ParseFrom(bytes);
            return read.RequestId == requestId && read.Attempt == attempt
                ? read
                : throw Unreadable($"the record names itself attempt {read.Attempt} of '{read.RequestId}'", null);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Unreadable(e.Message, e);
        }

        PredictionStoreException Unreadable(string reason, Exception? cause) => new(
            PredictionStoreError.Refused,
            $"attempt {attempt} of the request {requestId} in the prediction store {location} can't be read: {reason}",
            cause);
    }
}
