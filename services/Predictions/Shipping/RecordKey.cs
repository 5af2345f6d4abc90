using Google.Protobuf;
using ModelServing.Predictions.Records;

namespace ModelServing.Predictions.Shipping;

/// <summary>Finds a record's key and the columns of its row, without reading the rest of it.</summary>
internal static class RecordKey
{
    private const long MicrosecondsOfMinute = 60_000_000;

    /// <summary>The row of a record, and when its attempt began, in microseconds since 1970.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are not a record.</exception>
    /// <exception cref="FormatException">The record has no key.</exception>
    internal static (StoredPrediction Row, long Time) RowOf(byte[] record)
    {
        var input = new CodedInputStream(record);
        var (id, attempt, time, model) = ("", 0, 0L, "");
        while (model.Length == 0 && input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case PredictionRecord.RequestIdFieldNumber:
                    id = input.ReadString();
                    break;
                case PredictionRecord.AttemptFieldNumber:
                    attempt = input.ReadInt32();
                    break;
                case PredictionRecord.TimeFieldNumber:
                    time = input.ReadInt64();
                    break;
                case PredictionRecord.ModelFieldNumber:
                    model = input.ReadString();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return id.Length > 0 && attempt > 0 && model.Length > 0
            ? (new StoredPrediction(id, attempt, model, time / MicrosecondsOfMinute, record), time)
            : throw new FormatException("the record has no identifier, attempt or model");
    }
}
