namespace Rlaif.Storage;
