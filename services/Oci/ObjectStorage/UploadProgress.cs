using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ModelServing.Registry;
using Oci.ObjectstorageService;
using Oci.ObjectstorageService.Models;
using Oci.ObjectstorageService.Requests;

namespace ModelServing.Oci;

/// <summary>How much of an object is stored.</summary>
/// <param name="Key">The object.</param>
/// <param name="Stored">The bytes that are.</param>
/// <param name="Total">The bytes that it has.</param>
public sealed record UploadProgress(ObjectKey Key, long Stored, long Total);
