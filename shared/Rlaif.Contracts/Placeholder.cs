namespace Rlaif.Contracts;
