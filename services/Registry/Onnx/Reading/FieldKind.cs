namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The contents of a field, and whether it may occur once or any number of times.</summary>
internal enum FieldKind
{
    /// <summary>A field that the rules do not need. It is skipped.</summary>
    Unknown,

    /// <summary>One whole number.</summary>
    Number,

    /// <summary>Whole numbers, one by one or packed.</summary>
    Numbers,

    /// <summary>Whole numbers that are only counted.</summary>
    CountedNumbers,

    /// <summary>Four-byte values that are only counted.</summary>
    Fixed32,

    /// <summary>Eight-byte values that are only counted.</summary>
    Fixed64,

    /// <summary>One name.</summary>
    Name,

    /// <summary>Names, any number of times.</summary>
    Names,

    /// <summary>Bytes, once. Their length matters, and if they are few, the bytes too.</summary>
    FewBytes,

    /// <summary>Bytes, once. Only their length matters.</summary>
    Data,

    /// <summary>Bytes, any number of times. Only their lengths matter.</summary>
    DataList,

    /// <summary>One message.</summary>
    Message,

    /// <summary>Any number of messages.</summary>
    Messages,
}
